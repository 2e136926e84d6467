// B1 an empty script
// mode: file
// exit: 255
// output: no exported functions in script
