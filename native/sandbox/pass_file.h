#pragma once

namespace kinetorch::sandbox {

// Hands an open file to the process at the other end of a Unix socket. Does not wait. Throws std::system_error.
void sendFile(int socket, int file);

// The next file that was handed over, as a descriptor of this process, which the caller closes. Does not wait: throws
// std::system_error where none has come.
int receiveFile(int socket);

// Puts a file back to its beginning.
void rewindFile(int file);

}  // namespace kinetorch::sandbox
