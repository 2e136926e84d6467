// A30 strings are UTF-16, their iterator goes by code points
equal('😀'.length, 2);
equal([...'a😀b'].length, 3);
equal('😀'.charCodeAt(1), 0xde00);
equal('\ud83d\ude00', '😀');
