if(FASTWHISPER_SANITIZE)
  add_compile_options(-fsanitize=${FASTWHISPER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g1)
  # No sanitizer of these knows that scratch is read before it is written.
  add_compile_definitions(FASTWHISPER_SPOIL_SCRATCH)
  add_link_options(-fsanitize=${FASTWHISPER_SANITIZE})
endif()
