// E23 encoding UTF-8
same([...new TextEncoder().encode('\ud800')], [239, 191, 189]);
equal(new TextEncoder().encode(null).length, 0);
same([...new TextEncoder().encode('é😀')], [0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80]);
equal(new TextEncoder().encoding, 'utf-8');
