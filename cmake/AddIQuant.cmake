# Helpers that every CMakeLists.txt of this project uses, and the flags they share.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Eigen is headers, which no public header includes: a consumer of the package does without.
include_directories(SYSTEM ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS} ${EIGEN3_INCLUDE_DIRS})
include_directories("${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/include"
                    "${PROJECT_BINARY_DIR}" "${PROJECT_BINARY_DIR}/include")
separate_arguments(LLVM_DEFINITIONS_LIST NATIVE_COMMAND "${LLVM_DEFINITIONS}")
add_definitions(${LLVM_DEFINITIONS_LIST})

# Debian's LLVM has RTTI and no exceptions; code that derives from its classes must match. Executables are position
# independent in the way of libraries, so that they can read the same precompiled header.
add_compile_options(-fPIC -fno-exceptions -fvisibility-inlines-hidden -Wall -Wextra -Wno-unused-parameter)
if(IQUANT_WARNINGS_AS_ERRORS)
  add_compile_options(-Werror)
endif()
if(IQUANT_SANITIZER)
  add_compile_options(-fsanitize=${IQUANT_SANITIZER} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${IQUANT_SANITIZER})
endif()

include(PrecompiledHeaders)

# iquant_tablegen(<target> <file.td> <output> <generator args>... [<output> <args>...] ...)
# Arguments after the .td file come in groups "OUT <file> <args...>".
function(iquant_tablegen target td)
  set(LLVM_TARGET_DEFINITIONS ${td})
  set(output "")
  set(args "")
  foreach(word IN LISTS ARGN ITEMS OUT)
    if(word STREQUAL "OUT")
      if(output)
        mlir_tablegen(${output} ${args} EXTRA_INCLUDES ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
      endif()
      set(output "")
      set(args "")
    elseif(NOT output)
      set(output ${word})
    else()
      list(APPEND args ${word})
    endif()
  endforeach()
  add_public_tablegen_target(${target})
endfunction()

# iquant_add_library(<name> <sources>... [DEPENDS <tablegen targets>...] [LINK <libraries>...])
# A static library of the exported package. All of MLIR and LLVM comes from the shared libMLIR.so.
function(iquant_add_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  target_link_libraries(${name} PUBLIC ${ARG_LINK} MLIR LLVM)
  iquant_precompile_headers(${name})
  target_include_directories(${name} INTERFACE
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/iquant>)
  set_property(GLOBAL APPEND PROPERTY IQUANT_LIBRARIES ${name})
  install(TARGETS ${name} EXPORT IQuantTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()

# iquant_add_tool(<name> <sources>... [LINK <libraries>...])
function(iquant_add_tool name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} MLIR LLVM)
  iquant_precompile_headers(${name})
  set_property(GLOBAL APPEND PROPERTY IQUANT_TEST_DEPENDS ${name})
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

# Installs headers and the CMake package: find_package(IQuant) gives the targets IQuant::<library>.
function(iquant_install_package)
  set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/IQuant")
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/iquant" "${PROJECT_BINARY_DIR}/include/iquant"
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} OPTIONAL
    FILES_MATCHING PATTERN "*.h" PATTERN "*.td" PATTERN "*.inc")
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/dialects" "${PROJECT_BINARY_DIR}/dialects"
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/iquant OPTIONAL
    FILES_MATCHING PATTERN "*.h" PATTERN "*.td" PATTERN "*.inc")
  install(EXPORT IQuantTargets NAMESPACE IQuant:: DESTINATION ${package_dir})
  configure_package_config_file(cmake/IQuantConfig.cmake.in "${PROJECT_BINARY_DIR}/cmake/IQuantConfig.cmake"
    INSTALL_DESTINATION ${package_dir})
  write_basic_package_version_file("${PROJECT_BINARY_DIR}/cmake/IQuantConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion)
  install(FILES "${PROJECT_BINARY_DIR}/cmake/IQuantConfig.cmake" "${PROJECT_BINARY_DIR}/cmake/IQuantConfigVersion.cmake"
    DESTINATION ${package_dir})
endfunction()
