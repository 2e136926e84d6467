export const answer = 42;
export default 'default is not re-exported by export *';
