// B34 TypeScript in a .tsx file
// mode: file
// main: main.tsx
// exit: 107
// output: main.tsx: Line 1:
interface Shape { side: number }
export default function (): void {}
