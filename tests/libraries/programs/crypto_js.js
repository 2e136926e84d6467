// forms: bundle path:crypto-js/crypto-js.js
import CryptoJS from 'crypto-js';

export default function run(say) {
  const text = 'The quick brown fox é😀';
  for (const name of ['MD5', 'SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512', 'SHA3', 'RIPEMD160']) say(name, String(CryptoJS[name](text)));
  for (const name of ['HmacMD5', 'HmacSHA1', 'HmacSHA256', 'HmacSHA512']) say(name, CryptoJS[name](text, 'key').toString(CryptoJS.enc.Base64));
  const key = CryptoJS.enc.Hex.parse('000102030405060708090a0b0c0d0e0f');
  const iv = CryptoJS.enc.Hex.parse('101112131415161718191a1b1c1d1e1f');
  for (const mode of ['CBC', 'CTR', 'CFB', 'OFB', 'ECB']) {
    const sealed = CryptoJS.AES.encrypt(text, key, { iv, mode: CryptoJS.mode[mode] });
    say(mode, sealed.toString(), CryptoJS.AES.decrypt(sealed, key, { iv, mode: CryptoJS.mode[mode] }).toString(CryptoJS.enc.Utf8));
  }
  say('DES', CryptoJS.TripleDES.encrypt(text, key, { iv }).toString());
  say('RC4', CryptoJS.RC4.encrypt(text, key).toString());
  say('Rabbit', CryptoJS.Rabbit.encrypt(text, key).toString());
  say('PBKDF2', CryptoJS.PBKDF2('password', 'salt', { keySize: 4, iterations: 50 }).toString());
  say('EvpKDF', CryptoJS.EvpKDF('password', 'salt', { keySize: 8, iterations: 3 }).toString());
  const passphrase = CryptoJS.AES.encrypt(text, 'secret').toString();
  say('passphrase', CryptoJS.AES.decrypt(passphrase, 'secret').toString(CryptoJS.enc.Utf8));
  say('enc', CryptoJS.enc.Base64.stringify(CryptoJS.enc.Utf8.parse('é')), CryptoJS.enc.Utf16.stringify(CryptoJS.enc.Utf16.parse('a😀')), CryptoJS.enc.Latin1.parse('ab').toString());
  const hasher = CryptoJS.algo.SHA256.create();
  hasher.update('a').update('b');
  say('progressive', hasher.finalize('c').toString());
  say('random', CryptoJS.lib.WordArray.random(16).toString().length);
}
