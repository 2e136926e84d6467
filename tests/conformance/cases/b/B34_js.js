// B34 TypeScript in a .js file
// mode: file
// exit: 107
// output: main.js: Line 1:
interface Shape { side: number }
export default function (): void {}
