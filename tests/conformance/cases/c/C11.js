// C11 timers of a failed iteration do not run
// mode: file
// record: warning setTimeout 1 was stopped because the VU iteration was interrupted
// record: error /^Error: sync/
// no-output: f ran
export default function () {
  setTimeout(() => console.log('f ran'), 200);
  throw new Error('sync');
}
