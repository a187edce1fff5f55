"""The search for a certified minimum: panels, pieces, the one basin that holds it, and its refinement.

A global minimum inside the panels is a zero of F' in a piece that neither rises nor falls, and not in a concave one. What is
left are basins: runs of convex pieces, on which F' has at most one zero. A basin counts if F' changes its sign in it; the
others must be shown to lie above a value that F is known to take. Shared by temperature and judge (`optima_enclosure`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import flint
from flint import arb

from infscale_sym.errors import ValidationError
from infscale_sym.theory.optima.values._model import Bound, Model, Piece, Values, nodes, plan
from infscale_sym.theory.optima.values._moments import precision
from infscale_sym.theory.selection.values._enclosure_gauss import symmetric


class Search:
    """What the two continuous searches share: panels, pieces, the one cluster that holds the minimum, its refinement."""

    values: Values
    bound: Bound
    widest: float

    def models(self, panels: Sequence[tuple[float, float]], log_target: float) -> list[Model]:
        """One model for each panel, the values of all of them from one table."""
        plans = [plan(low, high, self.bound, self.widest, log_target) for low, high in panels]
        nats = -log_target + 2 * math.log(max((n for n, _, _ in plans), default=8)) + 1
        with flint.ctx.workprec(precision(nats)):
            places = [nodes(low, high, n) for (low, high), (n, _, _) in zip(panels, plans, strict=True)]
            values = self.values([x for some in places for x in some], nats) if places else []
            out = []
            for (low, high), (n, eta, size) in zip(panels, plans, strict=True):
                own, values = values[:n], values[n:]
                out.append(Model(low, high, own, eta, size))
        return out

    def resolved(self, panels: Sequence[tuple[float, float]], log_target: float, step: float = -5.0) -> list[Model]:
        """Models on which every piece has a kind, if a few attempts at a higher accuracy achieve that."""
        done: dict[float, Model] = {}
        waiting = list(panels)
        for attempt in range(4):
            for model in self.models(waiting, log_target + attempt * step):
                done[model.low] = model
            waiting = [(m.low, m.high) for m in done.values() if any(p.kind == "unknown" for p in m.pieces)]
            if not waiting:
                break
        return [done[low] for low, _ in panels]

    def basin(self, models: Sequence[Model], best: arb, empty: bool = False) -> tuple[float, float] | None:
        """The interval that contains the only minimum of F in the panels that may lie as low as `best`; None if none may."""
        clusters: list[tuple[float, float, list[tuple[Model, Piece]]]] = []
        for model in models:
            for piece in model.pieces:
                if piece.kind not in ("convex", "unknown"):
                    continue
                if clusters and clusters[-1][1] == piece.low:
                    low, _, parts = clusters.pop()
                    clusters.append((low, piece.high, [*parts, (model, piece)]))
                else:
                    clusters.append((piece.low, piece.high, [(model, piece)]))
        left = []
        for low, high, parts in clusters:
            (first, _), (last, _) = parts[0], parts[-1]
            convex = all(piece.kind == "convex" for _, piece in parts)
            begin, end = first.enclose(1, low, low), last.enclose(1, high, high)
            if convex and (begin > 0 or end < 0):
                continue  # F' rises through the cluster and does not vanish
            if all(model.enclose(0, piece.low, piece.high) > best for model, piece in parts):
                continue
            if not (convex and begin < 0 and end > 0):
                raise ValidationError("certified optimum: a place where F is flat could not be resolved")
            left.append((low, high))
        if empty and not left:
            return None
        if len(left) != 1:
            raise ValidationError(f"certified optimum: {len(left)} minima are left that cannot be told apart")
        return left[0]

    def refine(self, basin: tuple[float, float], digits: int) -> tuple[arb, arb]:
        """(place, F there) of the zero of F' in a basin, where F'' > 0 is known; the radius of place is at most 10^-digits."""
        begin, end = basin
        low, high = basin
        log_target, aim = -14.0, -digits * math.log(10)
        for _ in range(14):
            (model,) = self.models([(low, high)], log_target)
            root = model.stationary()
            if root is None:
                low, high = (3 * low - high) / 2, (3 * high - low) / 2
                continue
            with flint.ctx.workprec(precision(-log_target) + 64):
                bend = model.enclose(2, root, root)
                radius = (2 * model.errors[1] / bend * model.half).upper()
                a, b = (root - radius).lower(), (root + radius).upper()
                inside = a > max(begin, low) and b < min(end, high)
                if bend > 0 and inside and model.enclose(1, a, a) < 0 and model.enclose(1, b, b) > 0:
                    if radius < arb(aim).exp():
                        return root + symmetric(radius), model.enclose(0, a, b)
                    # The next model: narrow, about the root, and as accurate as this one shows to be needed.
                    log_target = aim - float((radius / model.errors[1]).log().mid()) - 2
                    width, centre = min((high - low) / 2, max(50 * float(radius.mid()), 0.02)), float(root.mid())
                    low, high = centre - width, centre + width
                    continue
            log_target -= 6
        raise ValidationError(f"certified optimum: {digits} digits were not reached; ask for fewer")
