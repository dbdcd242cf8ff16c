import assert from "node:assert/strict";
import { PartnerConnection } from "../../../client/app/partner_connection.ts";

function newConnection(): PartnerConnection {
  return new PartnerConnection({ onFrame: () => {}, dispatch: () => {}, every: () => () => {} });
}

Deno.test("Partner connection handles what the server said after the frames that came before", async () => {
  const partner = newConnection();
  partner.open("caller");
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    partner.inTurn(() => order.push("first"));
    partner.inTurn(() => resolve(void order.push("second")));
    order.push("now");
  });
  assert.deepEqual(order, ["now", "first", "second"]);
});

Deno.test("Partner connection that is closed lets nothing of its chat happen in the next one", async () => {
  const partner = newConnection();
  const order: string[] = [];
  partner.open("caller");
  partner.inTurn(() => order.push("the old partner left"));
  partner.close();
  partner.inTurn(() => order.push("a new partner was found"));
  partner.open("callee");
  await new Promise<void>((resolve) => partner.inTurn(resolve));
  assert.deepEqual(order, ["the old partner left", "a new partner was found"]);
});
