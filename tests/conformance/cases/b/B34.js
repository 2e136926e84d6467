// B34 TypeScript in a .ts file
// mode: file
// main: main.ts
// console: info 5 B 1 x
interface Shape { side: number }
enum Kind { A, B }
class P { constructor(private readonly n: number, public name?: string) {} get(): number { return this.n; } }
export default function (): void {
  const s = { side: 5 } as Shape;
  console.log(s!.side, Kind[1], Kind.B, new P(1, 'x').name!);
}
