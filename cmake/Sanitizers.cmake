if(FASTWHISPER_SANITIZE)
  add_compile_options(-fsanitize=${FASTWHISPER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g1)
  add_link_options(-fsanitize=${FASTWHISPER_SANITIZE})
endif()
