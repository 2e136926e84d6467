import { Right } from './right.ts';
export type Only = 'only';
export class Left {
  constructor(readonly depth: number) {}
  right(): Right {
    return new Right(this);
  }
}
