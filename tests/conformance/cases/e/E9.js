// E9 HMAC
equal(kc.hmac('sha256', 'key', 'data', 'hex'), '5031fe3d989c6d1537a013fa6e739da23463fdaec3b70137d828e36ace221bd0');
equal(kc.hmac('md5', bytes('key'), bytes('data').buffer, 'hex'), '9d5c73ef85594d34ec4438b7c97e51d8');
