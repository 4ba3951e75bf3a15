"""Every setting that a process reads is told in the README."""

from pydantic_settings import BaseSettings

from shared import settings


def names() -> set[str]:
    """The environment name of every setting."""
    groups = [
        group
        for group in vars(settings).values()
        if isinstance(group, type) and issubclass(group, BaseSettings) and group is not BaseSettings
    ]
    return {
        (group.model_config.get("env_prefix", "") + field).upper()
        for group in groups
        for field in group.model_fields
    }


def test_every_setting_is_in_the_readme(readme: str) -> None:
    assert {name for name in names() if f"`{name}`" not in readme} == set()
