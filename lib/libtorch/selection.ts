/**
 * Libraries of torch/lib that only Python or PyTorch's own tests load. Everything else there is kept, because what
 * torch_cpu needs beside it differs by platform (libgomp, libomp, uv.dll, …).
 */
const unneededLibrary =
  /^torch\/lib\/(lib)?(torch_python|shm|torchbind_test|jitbackend_test|backend_with_compiler|aoti_custom_ops|torch_global_deps)\./;

const library = /^(torch\/lib|torch\.libs)\/[^/]+\.(so[.\d]*|dylib|dll|lib)$/;
const license = /^torch-[^/]+\.dist-info\/(licenses\/.+|LICENSE.*|NOTICE.*|METADATA|RECORD)$/;

/** Whether a path of the torch wheel is a shared library (or, on Windows, import library) that Kinetorch needs. */
export function isNeededLibrary(path: string): boolean {
  return library.test(path) && !unneededLibrary.test(path);
}

/** Whether a path of the torch wheel is unpacked: needed libraries, headers, the version, licences and RECORD. */
export function isNeeded(path: string): boolean {
  return (
    isNeededLibrary(path) || path.startsWith('torch/include/') || path === 'torch/version.py' || license.test(path)
  );
}
