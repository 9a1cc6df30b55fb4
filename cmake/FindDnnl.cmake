# oneDNN from DNNL_ROOT only: the config file in the jar is broken, and a system's own older oneDNN must not be found.
find_path(Dnnl_INCLUDE_DIR dnnl.hpp PATHS ${DNNL_ROOT}/include NO_DEFAULT_PATH)
find_file(Dnnl_LIBRARY libdnnl.so.3 PATHS ${DNNL_ROOT} NO_DEFAULT_PATH)
# The OpenMP runtime that this oneDNN was built for lies beside it.
find_file(Dnnl_OPENMP libgomp.so.1 PATHS ${DNNL_ROOT} NO_DEFAULT_PATH)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Dnnl REQUIRED_VARS Dnnl_LIBRARY Dnnl_OPENMP Dnnl_INCLUDE_DIR)
if(Dnnl_FOUND AND NOT TARGET Dnnl::Dnnl)
  add_library(Dnnl::Dnnl SHARED IMPORTED)
  set_target_properties(Dnnl::Dnnl PROPERTIES
    IMPORTED_LOCATION ${Dnnl_LIBRARY} INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${Dnnl_INCLUDE_DIR}
    INTERFACE_INCLUDE_DIRECTORIES ${Dnnl_INCLUDE_DIR} INTERFACE_LINK_LIBRARIES ${Dnnl_OPENMP})
endif()
