"""What happens when somebody asks for something: refresh, load an own file, count a cube, restore."""
