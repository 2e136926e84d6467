// F21 bytes that are no UTF-8
const bytesOf = (...list) => enc.b64encode(new Uint8Array(list).buffer, 'rawurl');
const head = enc.b64encode('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n', 'rawurl');
equal(http.get(`${R}/answer/${head}/${bytesOf(0x61, 0xff, 0x62)}`).body, 'a\uFFFDb');
equal(hex(http.get(`${R}/answer/${head}/${bytesOf(0x61, 0xff, 0x62)}`, { responseType: 'binary' }).body), '61ff62');
