"""What one school has in the end, as plain JSON values."""

from pedell.model import Cohort, Pointer, Setting, dotted
from pedell.outputs.configuration_text import layer_of
from pedell.outputs.records import Record, lock_record, plain, source_record
from pedell.outputs.views import Configuration


def configuration_record(configuration: Configuration) -> Record:
    """Return what one school has in the end, each value with the layer it came from."""
    school = configuration.school
    parts = [("", configuration.shared), *((c.name, own) for c, own in configuration.cohorts)]
    return {
        "school": school.id,
        "name": school.name,
        "school_type": school.type,
        "municipality": school.municipality,
        "groups": list(school.groups),
        "base": school.base,
        "need": school.need,
        "priority": school.priority,
        "cohorts": [_cohort(cohort) for cohort, _ in configuration.cohorts],
        "values": [
            _value(cohort, at, setting)
            for cohort, settings in parts
            for at, setting in sorted(settings.items(), key=lambda item: dotted(item[0]))
        ],
        "targets": [
            {"target": target.id, "provider": target.provider} for target in configuration.targets
        ],
    }


def _cohort(cohort: Cohort) -> Record:
    return {
        "name": cohort.name,
        "role": cohort.role,
        "ownership": cohort.ownership,
        "platform": cohort.platform,
        "owner": cohort.owner,
        "target": cohort.target,
        "devices": len(cohort.devices),
    }


def _value(cohort: str, at: Pointer, setting: Setting) -> Record:
    layer, name = layer_of(setting)
    return {
        "cohort": cohort,
        "path": dotted(at),
        "value": plain(setting.value),
        "layer": layer,
        "name": name,
        "source": source_record(setting.source),
        "lock": lock_record(setting.lock),
    }
