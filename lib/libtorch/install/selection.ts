/**
 * Libraries of torch/lib that only Python or PyTorch's own tests load. Everything else there is kept, because what
 * torch_cpu needs beside it differs by platform (libgomp, libomp, uv.dll, …).
 */
const unneededLibrary =
  /^torch\/lib\/(lib)?(torch_python|shm|torchbind_test|jitbackend_test|backend_with_compiler|aoti_custom_ops|torch_global_deps)\./;

const library = /^(torch\/lib|torch\.libs)\/[^/]+\.(so[.\d]*|dylib|dll|lib)$/;
const license = /^torch-[^/]+\.dist-info\/(licenses\/.+|LICENSE.*|NOTICE.*|METADATA|RECORD)$/;

/** NVIDIA's wheels lay their libraries under `nvidia/<part>/lib`, where PyTorch's look for them. */
const nvidiaLibrary = /^nvidia\/[\w/]+\/lib(64)?\/[^/]+\.so[.\d]*$/;
const nvidiaLicense = /^nvidia[\w-]+-[^/]+\.dist-info\/(licenses\/.+|LICEN[SC]E.*|License.*|METADATA|RECORD)$/;

/** Whether a path of a torch or NVIDIA wheel is a library that is opened at run time. */
export function isLibrary(path: string): boolean {
  return isNeededLibrary(path) || nvidiaLibrary.test(path);
}

/** What an installation for running, not compiling, unpacks of the torch wheel: {@link isNeeded} without headers. */
export function isNeededToRun(path: string): boolean {
  return isNeeded(path) && !path.startsWith('torch/include/');
}

/** What is unpacked of NVIDIA's wheels. */
export function isNeededOfNvidia(path: string): boolean {
  return nvidiaLibrary.test(path) || nvidiaLicense.test(path);
}

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
