// B19 require and open belong to the init stage
throws(() => open('main.js'), 'GoError: the "open" function is only available in the init stage');
throws(() => require('./expect.js'), 'GoError: the "require" function is only available in the init stage');
