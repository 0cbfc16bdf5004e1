"""What is measured, apart from how: functions of numbers and texts that read no file and run no model."""
