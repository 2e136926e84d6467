// E6 hashes of abc
equal(kc.md4('abc', 'hex'), 'a448017aaf21d8525fc10ae87aa6729d');
equal(kc.md5('abc', 'hex'), '900150983cd24fb0d6963f7d28e17f72');
equal(kc.sha1('abc', 'hex'), 'a9993e364706816aba3e25717850c26c9cd0d89d');
equal(kc.sha256('abc', 'hex'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
equal(kc.sha384('abc', 'hex'), 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7');
equal(kc.sha512('abc', 'hex'), 'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f');
equal(kc.sha512_224('abc', 'hex'), '4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa');
equal(kc.sha512_256('abc', 'hex'), '53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23');
equal(kc.ripemd160('abc', 'hex'), '8eb208f7e05d987a9b044a8e98c6b087f15a0bfc');
