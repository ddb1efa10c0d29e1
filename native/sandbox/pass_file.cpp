#include "native/sandbox/pass_file.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstring>

#include "native/sandbox/check.h"

namespace kinetorch::sandbox {
namespace {

// A message of one byte that carries a descriptor.
struct Message {
  char byte = 0;
  iovec part{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr header{};

  Message() {
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof(control);
  }
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;
};

}  // namespace

void sendFile(int socket, int file) {
  Message message;
  cmsghdr* const control = CMSG_FIRSTHDR(&message.header);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(control), &file, sizeof(int));
  check(sendmsg(socket, &message.header, MSG_DONTWAIT | MSG_NOSIGNAL), "sendmsg");
}

int receiveFile(int socket) {
  Message message;
  check(recvmsg(socket, &message.header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC), "recvmsg");
  const cmsghdr* const control = CMSG_FIRSTHDR(&message.header);
  if (control == nullptr || control->cmsg_type != SCM_RIGHTS) {
    throw std::system_error(EBADMSG, std::generic_category(), "recvmsg");
  }
  int file = -1;
  std::memcpy(&file, CMSG_DATA(control), sizeof(int));
  return file;
}

void rewindFile(int file) { check(lseek(file, 0, SEEK_SET), "lseek"); }

}  // namespace kinetorch::sandbox
