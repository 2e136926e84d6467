// A27 fail() without a message
equal(String(throws(() => fail())), 'GoError');
