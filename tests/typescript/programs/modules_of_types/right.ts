import { type Left as LeftType, Left } from './left.ts';
export class Right {
  constructor(private from: LeftType) {}
  left(): Left {
    return new Left(this.from.depth - 1);
  }
}
