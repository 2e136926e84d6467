// A20 -e sets a variable
// flags: -e FOO=bar
// env: FOO=less
equal(__ENV.FOO, 'bar');
