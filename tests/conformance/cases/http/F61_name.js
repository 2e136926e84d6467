// F61 a certificate for another name
// mode: file
import http from 'k6/http';
const tls = __ENV.BASE_URL_TLS;
export const options = { hosts: { 'other.test': tls.slice(8) } };
export default function () {
  const r = http.get('https://other.test/get');
  if (r.error_code !== 1311 || r.error !== "x509: certificate doesn't match hostname") throw new Error(`${r.error_code} ${r.error}`);
}
