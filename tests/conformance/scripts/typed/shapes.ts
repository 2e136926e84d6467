export enum Level {
  low = 1,
  high,
}

export const enum Colour {
  red = 'RED',
  blue = 'BLUE',
}

enum Bit {
  a = 1 << 1,
  b = 1 << 2,
  both = a | b,
}

export const mask: number = Bit.both;

export type Shape = { kind: 'circle'; radius: number } | { kind: 'square'; side: number };

export function area(shape: Shape): number {
  switch (shape.kind) {
    case 'circle':
      return Math.PI * shape.radius ** 2;
    case 'square':
      return shape.side ** 2;
    default: {
      const never: never = shape;
      return never;
    }
  }
}
