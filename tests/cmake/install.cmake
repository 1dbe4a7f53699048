# Installs what is built, then moves it.
file(REMOVE_RECURSE ${prefix} ${package})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${build} --prefix ${prefix} COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${prefix} ${package})
execute_process(COMMAND ${package}/bin/burin --version COMMAND_ERROR_IS_FATAL ANY)
