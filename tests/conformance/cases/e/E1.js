// E1 base64 of a string
equal(enc.b64encode('hié?>'), 'aGnDqT8+');
equal(enc.b64encode('hié?>', 'url'), 'aGnDqT8-');
