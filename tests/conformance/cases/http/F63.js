// F63 addresses and names that are not to be called
// mode: file
import http from 'k6/http';
export const options = { blacklistIPs: ['10.0.0.0/8'], blockHostnames: ['*.blocked.test'] };
export default function () {
  const ip = http.get('http://10.1.2.3/');
  if (ip.error_code !== 1110 || ip.error !== 'ip is blacklisted') throw new Error(`${ip.error_code} ${ip.error}`);
  const name = http.get('http://a.blocked.test/');
  if (name.error_code !== 1111 || name.error !== 'hostname is blocked') throw new Error(`${name.error_code} ${name.error}`);
}
