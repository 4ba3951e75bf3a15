"""Every rule of order shows what it says, and every worked example comes out."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from gateway.journey.duty import Kind
from gateway.journey.order import OrderRule, Outcome
from gateway.rulebook.load import ORDER, read_files
from gateway.rulebook.order import OrderExample, OrderFile, order_fails
from tests.gateway.rulebook.leaving_out import wheres_without_a_part, without_one

ORDERS = read_files().order
EXAMPLES = [
    pytest.param(one.rule, example, id=f"{one.rule.id}: {example.name}")
    for one in ORDERS
    for example in one.examples
]
every_order = pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.rule.id)


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_the_example_comes_out(rule: OrderRule, example: OrderExample) -> None:
    assert order_fails(example, rule) is None


@every_order
def test_the_rule_is_found_under_its_id(order: OrderFile) -> None:
    group, _, name = order.rule.id.lower().replace("-", "_").partition(".")
    assert (group, order.name) == (ORDER, f"{name}.yaml")


@every_order
def test_every_rule_shows_all_three_outcomes_and_when_nothing_is_asked(order: OrderFile) -> None:
    assert {example.outcome for example in order.examples} == {*Outcome, None}


def test_what_the_code_does_not_ask_says_so() -> None:
    kinds = {one.rule.kind for one in ORDERS}
    assert kinds == {Kind.CODE, Kind.SCHEME, Kind.EXTERNAL}


def rules_without_a_part(rule: OrderRule) -> Iterator[OrderRule]:
    """The rule with one thing that it says left out, in every possible way."""
    first = rule.first
    for done in without_one(first.done):
        if done or first.offered:
            yield replace(rule, first=replace(first, done=done))
    for where in wheres_without_a_part(first.where):
        yield replace(rule, first=replace(first, where=where))
    if first.offered and first.done:
        yield replace(rule, first=replace(first, offered=()))
    for before in without_one(rule.before):
        if before:
            yield replace(rule, before=before)
    for where in wheres_without_a_part(rule.where):
        yield replace(rule, where=where)
    if rule.after is not None:
        yield replace(rule, after=None)
        for where in wheres_without_a_part(rule.after.where):
            yield replace(rule, after=replace(rule.after, where=where))
    for conditions in without_one(rule.conditions):
        yield replace(rule, conditions=conditions)
    for index, condition in enumerate(rule.conditions):
        some = list(rule.conditions)
        for where in wheres_without_a_part(condition.where):
            some[index] = replace(condition, where=where)
            yield replace(rule, conditions=tuple(some))
        if condition.undone_by:
            some[index] = replace(condition, undone_by=None)
            yield replace(rule, conditions=tuple(some))
    yield replace(rule, in_force=rule.in_force - timedelta(days=365))


@every_order
def test_nothing_that_a_rule_says_goes_without_an_example_noticing(order: OrderFile) -> None:
    unnoticed = [
        [
            field.name
            for field in fields(rule)
            if getattr(rule, field.name) != getattr(order.rule, field.name)
        ]
        for rule in rules_without_a_part(order.rule)
        if not any(order_fails(example, rule) for example in order.examples)
    ]
    assert unnoticed == []
