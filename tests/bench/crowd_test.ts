/** Tests of the benchmark of crowds: what it counts, what visitors do, and what the meters report. Nothing here is timed. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { LEAVE_CODE } from "../../protocol.ts";
import { App } from "../../server/app.ts";
import { RESUME_WINDOW } from "../../protocol.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { MemoryStatisticsStore } from "../../server/statistics/store.ts";
import { pages } from "../../client/page.gen.ts";
import { serverConfig } from "./app_options.ts";
import { Crowd } from "./crowd.ts";
import { waysIn } from "./crowd_bench.ts";
import { FRAME_BYTES, messageAt, sentAt, SIGNAL } from "./crowd_frames.ts";
import { allSeen, total } from "./crowd_measurement.ts";
import { CrowdTally } from "./crowd_tally.ts";
import { pauseIn } from "./gc_trace.ts";
import { Histogram, RESOLUTION } from "./histogram.ts";
import { LoopMeter } from "./loop_meter.ts";
import { MemoryListener } from "./memory_network.ts";
import { MeteredClock, nameOf } from "./metered_clock.ts";
import { MASK } from "./numbered_message.ts";
import { eachFrame } from "./server_frames.ts";
import { Visitor, type Wire } from "./visitor.ts";
