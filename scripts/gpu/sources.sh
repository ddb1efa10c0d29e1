# What is built and run on a machine with a GPU, for check.sh and pack.sh; both stand in the project's root.
sources=(lib native bench test scripts models package.json CMakeLists.txt binding.d.ts)

# One hash of all of it, which tells whether a checkout is the one that a pack was made in.
hash_sources() {
  find "${sources[@]}" -type f -not -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-64
}
