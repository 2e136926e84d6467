// D9 a group wants a function that is not async
throws(() => group('g'), 'requires a callback as a second argument');
throws(() => group('g', 5), 'requires a callback as a second argument');
throws(() => group('g', async () => {}), 'does not support async functions');
