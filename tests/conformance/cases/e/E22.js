// E22 labels and streams
const e = throws(() => new TextDecoder('latin1'));
equal(e instanceof RangeError, true);
equal(new TextDecoder('unicode').encoding, 'utf-16le');
equal(new TextDecoder(' UTF8 ').encoding, 'utf-8');
const d = new TextDecoder();
equal(d.decode(new Uint8Array([0xc3]), { stream: true }), '');
equal(d.decode(new Uint8Array([0xa9])), 'é');
equal(new TextDecoder('utf-16le').decode(new Uint8Array([0x41, 0, 0x3d, 0xd8, 0, 0xde])), 'A😀');
