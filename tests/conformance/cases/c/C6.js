// C6 clearing what is not there
clearTimeout(9999);
clearTimeout();
clearInterval(undefined);
