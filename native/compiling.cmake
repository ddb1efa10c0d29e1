# How our C++ is compiled, by every project of this repository: C++17, optimised unless something else is asked for, and
# without warnings where a target links kinetorch_warnings.
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

add_library(kinetorch_warnings INTERFACE)
if(MSVC)
  target_compile_options(kinetorch_warnings INTERFACE /W4 /WX /utf-8)
else()
  target_compile_options(kinetorch_warnings INTERFACE -Wall -Wextra -Werror)
endif()
