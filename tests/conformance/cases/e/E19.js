// E19 wrapping keys does not exist
throws(() => crypto.subtle.wrapKey('raw', {}, {}, {}), 'not implemented');
throws(() => crypto.subtle.unwrapKey('raw', {}, {}, {}), 'not implemented');
