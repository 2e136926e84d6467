// B34 TypeScript in a .mts file
// mode: file
// main: main.mts
// exit: 107
// output: main.mts: Line 1:
interface Shape { side: number }
export default function (): void {}
