import type { Event, Frame } from '../api/types'
import { type HomePicture, withFrame } from './picture'

/**
 * A reel is a stretch of a home's film: the whole picture at its first event,
 * and every further event with the full state of what it changed. Reels begin
 * at fixed places of the log, so the same ones are fetched and kept however a
 * person scrubs.
 */
export interface Reel {
  first: HomePicture
  firstEvent: Event | undefined
  frames: readonly Frame[]
}

/** Events in one reel. */
export const reelLength = 200

/** Which reel an event lies in. */
export const reelOf = (seq: number) => Math.floor((Math.max(seq, 1) - 1) / reelLength)

/** The first event of a reel. */
export const reelStart = (index: number) => index * reelLength + 1

/** The last event a reel can hold. */
export const reelEnd = (index: number) => (index + 1) * reelLength

/** Pictures along a reel, made when they are first looked at. */
export class Projector {
  private pictures: HomePicture[]

  constructor(readonly reel: Reel) {
    this.pictures = [reel.first]
  }

  /** The home after the event seq, which must lie in the reel. */
  at(seq: number): HomePicture {
    const wanted = Math.min(Math.max(seq - this.reel.first.seq, 0), this.reel.frames.length)
    for (let n = this.pictures.length; n <= wanted; n++) {
      const before = this.pictures[n - 1]
      const frame = this.reel.frames[n - 1]
      if (!before || !frame) break
      this.pictures.push(withFrame(before, frame))
    }
    return this.pictures[wanted] ?? this.reel.first
  }

  /** The events of the reel in order. */
  events(): Event[] {
    const rest = this.reel.frames.map((frame) => frame.event)
    return this.reel.firstEvent ? [this.reel.firstEvent, ...rest] : rest
  }
}
