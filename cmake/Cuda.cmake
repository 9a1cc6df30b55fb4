# Whether libfastwhisper_cuda is built: see FASTWHISPER_CUDA.
if(FASTWHISPER_CUDA STREQUAL "on")
  add_subdirectory(src/main/cpp/device/cuda)
elseif(FASTWHISPER_CUDA STREQUAL "auto" AND NOT CMAKE_CROSSCOMPILING AND NOT FASTWHISPER_SANITIZE)
  find_package(CUDAToolkit 12 QUIET)
  if(CUDAToolkit_FOUND AND TARGET CUDA::cublasLt)
    add_subdirectory(src/main/cpp/device/cuda)
  endif()
endif()
