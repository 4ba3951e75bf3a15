"""The agencies' doors: one small service an agency, whose only job is to translate and publish."""
