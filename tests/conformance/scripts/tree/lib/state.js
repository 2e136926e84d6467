export let state = { count: 0 };
export function bump() {
  state = { count: state.count + 1 };
}
