// B39 an unknown option
// mode: file
// record: warning There were unknown fields in the options exported in the script
// record: warning zzz
export const options = { vus: 1, zzz: 1 };
export default function () {}
