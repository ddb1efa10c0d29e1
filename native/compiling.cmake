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

# Note [Rooms at once]
# A file that sees LibTorch costs a compiler five seconds more than the file itself takes, precompiled header or not: the
# templates that the headers use are instantiated anew for each. With KINETORCH_BY_ROOM, as scripts/setup/native.mjs has
# it, the files of one folder are therefore compiled as one, so names in its anonymous namespaces have to differ.
function(kinetorch_by_room target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${KINETORCH_BY_ROOM} UNITY_BUILD_MODE GROUP)
  foreach(file ${ARGN})
    get_filename_component(room "${file}" DIRECTORY)
    file(RELATIVE_PATH room "${PROJECT_SOURCE_DIR}" "${room}")
    string(REPLACE "/" "_" room "${room}")
    set_source_files_properties("${file}" PROPERTIES UNITY_GROUP "${room}")
  endforeach()
endfunction()
