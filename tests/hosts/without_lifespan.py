"""An application that its server tells nothing of begin and end: the SDK is opened and closed in two requests."""

import anyio
from fastapi import FastAPI, Request

from impact_sdk import ImpactSDK

app = FastAPI()
opening = anyio.Lock()
opened: list[ImpactSDK] = []


@app.post("/dreams")
async def create(request: Request) -> str:
    async with opening:
        if not opened:
            opened.append(await ImpactSDK.from_env().__aenter__())
    session = await opened[0].launch((await request.body()).decode())
    return (await session.create_dream("Bike", target_cents=250_000)).id


@app.post("/close")
async def close() -> None:
    await opened[0].aclose()
