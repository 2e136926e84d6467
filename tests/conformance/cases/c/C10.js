// C10 a handler that comes too late
// mode: file
// record: error /^Uncaught \(in promise\) late/
export default function () {
  const p = Promise.reject('late');
  setTimeout(() => p.catch(() => {}), 10);
}
